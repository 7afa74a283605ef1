//! All mistakes of a body at once. serde ends at the first one: it is noted, a value that fits is put in its place, and the
//! body is read again, until it is read to its end. What was mended so is thrown away; the request is refused.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use utoipa::ToSchema;

use super::{
    read,
    refusal::{Cure, Failure, Fault, fault, problem},
    tree::Tree,
};
use crate::{
    Problem,
    requests::samples::{Samples, Step},
};

/// How many mistakes are told at most.
pub(crate) const MOST_FAULTS: usize = 20;
/// How many times a body is read again at most.
const MOST_ROUNDS: usize = 3 * MOST_FAULTS;
/// How many bytes are read again at most.
const MOST_WORK: usize = 1024 * 1024;

/// The refusal of a body that was read as far as the first mistake.
pub(super) fn refusal<T: DeserializeOwned + ToSchema>(text: &str, first: Failure) -> Problem {
    let samples = Samples::of::<T>();
    let mut search = Search { tree: Tree::new(text), samples, faults: Vec::new(), mended: Vec::new() };
    let (mut failure, mut work) = (first, 0);
    for _ in 0..MOST_ROUNDS {
        let mended = search.note_and_mend(&failure);
        if !mended || search.faults.len() == MOST_FAULTS {
            break;
        }
        let text = search.tree.text();
        work += text.len();
        if work > MOST_WORK {
            break;
        }
        match read::<T>(&text) {
            Ok(_) => break,
            Err(next) => failure = next,
        }
    }
    problem(search.faults)
}

struct Search<'a> {
    tree: Tree<'a>,
    samples: Samples,
    faults: Vec<Fault>,
    /// Where something was put in place of a value.
    mended: Vec<(Vec<Step>, Mended)>,
}

/// By what a value was mended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mended {
    /// By a value that should fit.
    Replaced,
    /// By being left out, which helps where it may be.
    Removed,
}

impl Search<'_> {
    /// Notes the mistake, unless it comes from what was mended. Whether there is something else to be read now.
    fn note_and_mend(&mut self, failure: &Failure) -> bool {
        let parent = place_of(failure.path());
        let fault = fault(failure);
        let place = match &fault.cure {
            Cure::Replace | Cure::Remove => parent.clone(),
            Cure::Insert(name) | Cure::KeepFirst(name) => {
                let name = [Step::Member(name.clone())];
                parent.iter().cloned().chain(name).collect()
            }
        };
        // What was mended fits by itself, but perhaps not with what is around it.
        let whole = fault.cure == Cure::Replace;
        let is_ours =
            self.mended.iter().any(|(there, _)| place.starts_with(there) || whole && there.starts_with(&place));
        let cure = fault.cure.clone();
        if !is_ours {
            self.faults.push(fault);
        }
        match cure {
            Cure::Remove => self.tree.remove(&place),
            Cure::KeepFirst(name) => self.tree.keep_first(&parent, &name),
            Cure::Insert(name) => self.put(&place, |tree, value| tree.insert(&parent, &name, value)),
            Cure::Replace => self.put(&place, |tree, value| tree.replace(&place, value)),
        }
    }

    /// Puts a value that fits where one is wrong or missing. Whether that was not tried before.
    fn put(&mut self, place: &[Step], whole: impl FnOnce(&mut Tree<'_>, &serde_json::Value) -> bool) -> bool {
        let sample = self.samples.at(place);
        let (there, _) = place.split_at(sample.depth.min(place.len()));
        let tried = |how: Mended| self.mended.iter().any(|(one, by)| one == there && *by == how);
        let (replaced, removed) = (tried(Mended::Replaced), tried(Mended::Removed));
        let (how, done) = match sample.value.filter(|_| !replaced) {
            Some(value) if there.len() == place.len() => (Mended::Replaced, whole(&mut self.tree, &value)),
            Some(value) => (Mended::Replaced, self.tree.replace(there, &value)),
            None if removed => return false,
            None => (Mended::Removed, self.tree.remove(there)),
        };
        self.mended.push((there.to_vec(), how));
        done
    }
}

/// The way to a place, as far as serde knows it.
fn place_of(path: &Path) -> Vec<Step> {
    let steps = path.iter().map_while(|segment| match segment {
        Segment::Seq { index } => Some(Step::Element(*index)),
        Segment::Map { key: name } | Segment::Enum { variant: name } => Some(Step::Member(name.clone())),
        Segment::Unknown => None,
    });
    steps.collect()
}

#[cfg(test)]
mod tests;
