//! Which task has the next turn, and which orders that makes.

/// Which orders are played.
#[derive(Clone, Debug)]
pub(super) enum Orders {
    Every,
    Sample { seed: u64, runs: usize },
    Only(Vec<usize>),
}

/// Whose turn it was, and whose it might have been.
struct Turn {
    waiting: Vec<usize>,
    picked: usize,
}

/// Picks turns so that each run is another order: depth first, the last turn that has an alternative takes it.
pub(super) struct Turns {
    orders: Orders,
    made: Vec<Turn>,
    at: usize,
}

impl Turns {
    pub(super) const fn new(orders: Orders) -> Self {
        Self { orders, made: Vec::new(), at: 0 }
    }

    pub(super) fn pick(&mut self, waiting: &[usize]) -> usize {
        if self.made.len() == self.at {
            let picked = match &mut self.orders {
                Orders::Every => 0,
                Orders::Sample { seed, .. } => dice(seed, waiting.len()),
                Orders::Only(order) => {
                    let wanted = order.get(self.at).and_then(|wanted| waiting.iter().position(|one| one == wanted));
                    wanted.unwrap_or_else(|| panic!("turn {} of the given order is not one of {waiting:?}", self.at))
                }
            };
            self.made.push(Turn { waiting: waiting.to_vec(), picked });
        }
        let turn = self.made.get(self.at);
        self.at += 1;
        let turn = turn.filter(|turn| turn.waiting == waiting);
        let number = turn.and_then(|turn| turn.waiting.get(turn.picked)).copied();
        number.unwrap_or_else(|| panic!("the tasks did something else in the same order: now {waiting:?} wait"))
    }

    /// Whose turns there were in this run.
    pub(super) fn taken(&self) -> Vec<usize> {
        self.made.iter().take(self.at).filter_map(|turn| turn.waiting.get(turn.picked)).copied().collect()
    }

    /// Gets ready for the next order; false when all were played.
    pub(super) fn next_order(&mut self) -> bool {
        assert!(self.made.len() == self.at, "the tasks did something else in the same order: they ended early");
        self.at = 0;
        match &mut self.orders {
            Orders::Only(_) => false,
            Orders::Sample { runs, .. } => {
                self.made.clear();
                *runs = runs.saturating_sub(1);
                *runs > 0
            }
            Orders::Every => {
                while let Some(turn) = self.made.last_mut() {
                    turn.picked += 1;
                    if turn.picked < turn.waiting.len() {
                        return true;
                    }
                    self.made.pop();
                }
                false
            }
        }
    }
}

/// A number below `sides` by `SplitMix64`; the slight unevenness of the remainder does not matter here.
fn dice(seed: &mut u64, sides: usize) -> usize {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    usize::try_from(mixed % u64::try_from(sides.max(1)).unwrap_or(1)).unwrap_or(0)
}
