//! Texts about machines that are not read, told by how they begin, and what to send instead.

/// How a text begins, in lower case, and what it looks like.
const BEGINNINGS: [(&str, &str); 11] = [
    (
        "<!doctype html",
        "a web page: send the export of the tool behind it",
    ),
    ("<html", "a web page: send the export of the tool behind it"),
    (
        "caption  version",
        "the output of `wmic os`: send the output of `systeminfo`",
    ),
    (
        "installed packages",
        "a list of `dnf` or `yum`: send the output of `rpm -qa`",
    ),
    (
        "linux version ",
        "the version of a kernel: send /etc/os-release and a list of packages",
    ),
    (
        "listing...",
        "the output of `apt list`: send the output of `dpkg -l`",
    ),
    (
        "loaded plugins",
        "a list of `yum`: send the output of `rpm -qa`",
    ),
    (
        "microsoft windows [version",
        "the output of `ver`: send the output of `systeminfo`",
    ),
    (
        "nmap scan report",
        "a report of nmap, which does not say what is installed",
    ),
    (
        "windows ip configuration",
        "the output of `ipconfig`: send the output of `systeminfo`",
    ),
    (
        "windowsbuildlabex",
        "the output of `Get-ComputerInfo`: send the output of `systeminfo`",
    ),
];

/// What a text looks like that no format recognises.
pub(super) fn near_miss(text: &str) -> Option<&'static str> {
    let start: String = text.trim_start().chars().take(40).collect();
    let start = start.to_lowercase();
    if let Some((_, what)) = BEGINNINGS
        .iter()
        .find(|(words, _)| start.starts_with(words))
    {
        return Some(what);
    }
    let is_kernel = start.starts_with("linux ") && text.contains(" SMP");
    is_kernel.then_some("the output of `uname`: send /etc/os-release and a list of packages")
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::error;
    use super::*;

    #[test]
    fn what_is_not_read_is_told_with_what_to_send_instead() {
        let texts = [
            "\r\nMicrosoft Windows [Version 10.0.19045.4412]\r\n",
            "Listing... Done\napt/stable 2.6.1 amd64 [installed]\n",
            "Linux ward 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian x86_64 GNU/Linux\n",
        ];
        for text in texts {
            let error = error(text);
            assert!(error.is_not_an_inventory(), "{error}");
            assert!(error.to_string().contains("send "), "{error}");
        }
        for (words, _) in BEGINNINGS {
            assert_eq!(words, words.to_lowercase());
        }
    }

    #[test]
    fn an_inventory_is_never_a_near_miss() {
        assert_eq!(near_miss("name,os\nlinux ,x"), None);
        assert_eq!(near_miss("caption,version\n"), None);
    }
}
