//! Puts what comes in any order into the order it was asked for. Whoever looks keeps to a window,
//! so that little is held back.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What came early.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    next: usize,
    early: BTreeMap<usize, T>,
}

impl<T> InOrder<T> {
    pub(super) fn new() -> Self {
        Self {
            next: 0,
            early: BTreeMap::new(),
        }
    }

    /// Takes one, and hands over all whose turn it is.
    pub(super) fn put(
        &mut self,
        index: usize,
        one: T,
        mut hand_over: impl FnMut(T) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.early.insert(index, one);
        while let Some(one) = self.early.remove(&self.next) {
            self.next += 1;
            hand_over(one)?;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_handed_over_in_its_turn() {
        let mut order = InOrder::new();
        let mut told = Vec::new();
        for index in [2, 0, 3, 1, 4] {
            let flow = order.put(index, index, |one| {
                told.push((index, one));
                ControlFlow::Continue(())
            });
            assert!(flow.is_continue());
        }
        assert_eq!(told, [(0, 0), (1, 1), (1, 2), (1, 3), (4, 4)]);
    }

    #[test]
    fn nothing_more_is_handed_over_once_somebody_says_stop() {
        let mut order = InOrder::new();
        let stop = |_| ControlFlow::Break(());
        assert!(order.put(1, 1, stop).is_continue());
        assert!(order.put(0, 0, stop).is_break());
    }
}
