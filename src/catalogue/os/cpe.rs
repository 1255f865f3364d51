//! CPE names, 2.2 (`cpe:/o:microsoft:windows_10:1607`) and 2.3 (`cpe:2.3:o:debian:debian_linux:11`),
//! said as the name that a tool would print. A list of different ones says nothing.

/// Names that CPE splits otherwise than everybody else: vendor (`*` = any), product, name.
const SPOKEN: [(&str, &str, &str); 26] = [
    ("*", "linux_kernel", "linux kernel"),
    ("*", "pan-os", "pan os"),
    ("*", "windows_server_2022_23h2", "windows server 23h2"),
    ("amazon", "linux", "amazon linux"),
    ("amazon", "linux_2", "amazon linux 2"),
    ("amazon", "linux_2023", "amazon linux 2023"),
    ("apple", "ipad_os", "ipados"),
    ("apple", "mac_os_x_server", "mac os x"),
    ("cisco", "ios", "cisco ios"),
    ("cisco", "ios_xe", "cisco ios xe"),
    ("cisco", "ios_xr", "cisco ios xr"),
    ("ibm", "i", "ibm i"),
    ("novell", "suse_linux", "suse linux enterprise"),
    ("opensuse", "leap", "opensuse leap"),
    ("opensuse", "tumbleweed", "opensuse tumbleweed"),
    ("oracle", "linux", "oracle linux"),
    ("oracle", "solaris", "oracle solaris"),
    ("proxmox", "virtual_environment", "proxmox ve"),
    ("redhat", "enterprise_linux", "red hat enterprise linux"),
    (
        "redhat",
        "enterprise_linux_desktop",
        "red hat enterprise linux",
    ),
    (
        "redhat",
        "enterprise_linux_server",
        "red hat enterprise linux",
    ),
    (
        "redhat",
        "enterprise_linux_workstation",
        "red hat enterprise linux",
    ),
    ("suse", "linux_enterprise", "suse linux enterprise"),
    (
        "suse",
        "linux_enterprise_desktop",
        "suse linux enterprise desktop",
    ),
    (
        "suse",
        "linux_enterprise_micro",
        "suse linux enterprise micro",
    ),
    (
        "suse",
        "linux_enterprise_server",
        "suse linux enterprise server",
    ),
];

/// The name a CPE stands for; `None` when the text is no CPE.
pub(super) fn spoken(text: &str) -> Option<String> {
    if !text.starts_with("cpe:") {
        return None;
    }
    let mut names = text.split_whitespace().map(one);
    let first = names.next()??;
    let is_only = names.all(|name| name.as_ref() == Some(&first));
    is_only.then_some(first)
}

fn one(cpe: &str) -> Option<String> {
    let fields = cpe
        .strip_prefix("cpe:2.3:")
        .or_else(|| cpe.strip_prefix("cpe:/"))?;
    let plain = fields.to_lowercase().replace('\\', "");
    let mut fields = plain.split(':').map(|field| match field {
        "*" | "-" => "",
        field => field,
    });
    let _part = fields.next()?;
    let (vendor, product) = (fields.next()?, fields.next()?);
    let [version, update, edition] = [(); 3].map(|()| fields.next().unwrap_or_default());
    let software_edition = fields.nth(1).unwrap_or_default();
    let name = SPOKEN
        .iter()
        .find(|(by, known, _)| *known == product && (*by == vendor || *by == "*"))
        .map_or(product, |(.., name)| name);
    let is_windows = name.starts_with("windows");
    let is_pack = update.starts_with("sp");
    let mut parts = vec![name, version];
    if is_windows || is_pack {
        parts.push(update);
    }
    if is_windows {
        parts.extend([edition, software_edition]);
    }
    Some(parts.join(" ").replace(['_', '~'], " ").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_say_the_same() {
        for (cpe, name) in [
            ("cpe:/o:microsoft:windows_10:1607", "windows 10 1607"),
            (
                "cpe:2.3:o:microsoft:windows_server_2008:r2:sp1:*:*:*:*:x64:*",
                "windows server 2008 r2 sp1",
            ),
            (
                "cpe:/o:redhat:enterprise_linux:7.9:GA:server",
                "red hat enterprise linux 7.9",
            ),
            (
                "cpe:2.3:o:canonical:ubuntu_linux:18.04:*:*:*:lts:*:*:*",
                "ubuntu linux 18.04",
            ),
            ("cpe:/o:suse:sles:15:sp4", "sles 15 sp4"),
            ("cpe:/o:debian:debian_linux", "debian linux"),
        ] {
            let said = spoken(cpe).unwrap();
            let said: Vec<_> = said.split_whitespace().collect();
            assert_eq!(said.join(" "), name, "{cpe}");
        }
    }

    #[test]
    fn a_list_of_different_ones_says_nothing() {
        assert_eq!(spoken("cpe:/o:apple:ios:15 cpe:/o:apple:ios:16"), None);
        assert_eq!(spoken("cpe:"), None);
        assert_eq!(spoken("cpe:/"), None);
        assert_eq!(spoken("cpe:/o:x"), None);
        assert_eq!(spoken("Debian 12"), None);
    }
}
