//! What one judgement may cost, counted in steps: whoever sends certificates chooses how many ways
//! there are through them. What is left undone is told as not decided.

use std::cell::Cell;

/// Signatures of certificates and CRLs that are checked while paths are looked for.
const SIGNATURES: u64 = 300;
/// Places on a path at which certificates are held to every lint.
const PLACES: u64 = 64;
/// Certificates set foot on while paths are looked for.
const STEPS: u64 = 10_000;
/// Names compared with name constraints, to find words for what webpki decided.
const COMPARISONS: u64 = 250_000;
/// Bytes of CRLs hashed or searched.
const CRL_BYTES: u64 = 256 << 20;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Comparisons,
    CrlBytes,
    Places,
    Signatures,
    Steps,
}

impl Work {
    pub(super) const ALL: [Self; 5] = [
        Self::Comparisons,
        Self::CrlBytes,
        Self::Places,
        Self::Signatures,
        Self::Steps,
    ];

    pub(super) fn most(self) -> u64 {
        match self {
            Self::Comparisons => COMPARISONS,
            Self::CrlBytes => CRL_BYTES,
            Self::Places => PLACES,
            Self::Signatures => SIGNATURES,
            Self::Steps => STEPS,
        }
    }
}

/// What was spent so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    spent: [Cell<u64>; Work::ALL.len()],
}

impl Budget {
    /// Whether there was enough left; nothing is spent where there was not.
    pub(super) fn spend(&self, work: Work, amount: u64) -> bool {
        let spent = &self.spent[work as usize];
        let after = spent.get().saturating_add(amount);
        let is_enough = after <= work.most();
        if is_enough {
            spent.set(after);
        }
        is_enough
    }

    #[cfg(test)]
    pub(super) fn spent(&self, work: Work) -> u64 {
        self.spent[work as usize].get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_cannot_be_spent() {
        let budget = Budget::default();
        assert!(budget.spend(Work::Signatures, SIGNATURES - 1));
        assert!(!budget.spend(Work::Signatures, 2));
        assert!(budget.spend(Work::Signatures, 1));
        assert!(!budget.spend(Work::Signatures, u64::MAX));
        assert_eq!(budget.spent(Work::Signatures), SIGNATURES);
        assert_eq!(budget.spent(Work::Steps), 0);
    }
}
