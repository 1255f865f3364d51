//! Elements of DER, one at a time and borrowed: enough to walk a CRL of a million entries without
//! copying it, and to tell apart what a binary file holds.

/// One element: its tag, its content, all of it, and what stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) content: &'d [u8],
    pub(super) whole: &'d [u8],
    pub(super) rest: &'d [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;

/// The first element; none when it is not whole, or its length is not written in DER.
pub(super) fn take(bytes: &[u8]) -> Option<Element<'_>> {
    let (tag, behind_tag) = bytes.split_first()?;
    let (length, body) = length(behind_tag)?;
    let (content, rest) = body.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - rest.len())?;
    Some(Element {
        tag: *tag,
        content,
        whole,
        rest,
    })
}

/// As [`take`], where an element of this tag is expected.
pub(super) fn expect(tag: u8, bytes: &[u8]) -> Option<Element<'_>> {
    take(bytes).filter(|element| element.tag == tag)
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match *first {
        short @ 0..=0x7f => Some((usize::from(short), rest)),
        long @ 0x81..=0x84 => {
            let (digits, body) = rest.split_at_checked(usize::from(long - 0x80))?;
            let length = digits
                .iter()
                .fold(0_u64, |length, digit| (length << 8) | u64::from(*digit));
            Some((usize::try_from(length).ok()?, body))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_taken_whole_or_not_at_all() {
        let element = take(&[0x30, 2, 5, 0, 9]).unwrap();
        assert_eq!((element.content, element.rest), (&[5, 0][..], &[9][..]));
        assert_eq!(element.whole, [0x30, 2, 5, 0]);
        assert_eq!(take(&[0x30, 0x81, 1, 7]).map(|e| e.content), Some(&[7][..]));
        for broken in [
            &[][..],
            &[0x30],
            &[0x30, 2, 5],
            &[0x30, 0x80],
            &[0x30, 0x84, 255, 255, 255, 255],
        ] {
            assert_eq!(take(broken), None);
        }
    }
}
