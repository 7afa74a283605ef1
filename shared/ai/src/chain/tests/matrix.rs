//! Each status, in each phase of a call, at each target of a chain: who is asked, how often, and what the caller is told.

use std::time::Duration;

use testkit::Stack;

use super::{
    at_once, chain, request,
    stage::{Scene, Stage},
};
use crate::{AiError, AiPolicy, AiTarget, Models, StreamPiece};

/// Asked again, then the next one is.
const AGAIN: [u16; 7] = [408, 429, 500, 502, 503, 504, 529];
/// The next one is asked.
const NEXT: [u16; 7] = [401, 402, 403, 404, 405, 409, 410];
/// Somebody who reads more is asked; nobody does here.
const LARGER: [u16; 1] = [413];
/// The caller is told.
const STOP: [u16; 2] = [400, 422];

/// Where a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Instead of a whole answer.
    Whole,
    /// Instead of a stream.
    Streamed,
    /// In the first event of a stream, or before its first words.
    Early,
    /// After words.
    Late,
}

/// What is expected of a scene at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// So many calls of it; then the next one answers, or the caller is told that it failed.
    Next { calls: usize },
    /// One call, and the caller is told.
    Stop,
    /// One call, whose words came; the rest is broken, and nobody else is asked.
    Broken,
}

fn expected(status: u16) -> Expected {
    match status {
        again if AGAIN.contains(&again) => Expected::Next { calls: 3 },
        next if NEXT.contains(&next) => Expected::Next { calls: 1 },
        told if STOP.contains(&told) || LARGER.contains(&told) => Expected::Stop,
        other => panic!("{other}"),
    }
}

/// All cells: the scene, when it happens, and what is expected.
fn scenes() -> Vec<(Scene, When, Expected)> {
    let mut scenes = Vec::new();
    for status in [AGAIN.as_slice(), &NEXT, &LARGER, &STOP].concat() {
        scenes.push((Scene::Refuses(status), When::Whole, expected(status)));
        scenes.push((Scene::Refuses(status), When::Streamed, expected(status)));
        scenes.push((Scene::FailsFirst(status), When::Early, expected(status)));
        scenes.push((Scene::FailsBeforeWords(status), When::Early, expected(status)));
        scenes.push((Scene::FailsInTheMiddle(status), When::Late, Expected::Broken));
    }
    let again = Expected::Next { calls: 3 };
    scenes.push((Scene::Hangs, When::Whole, again));
    scenes.push((Scene::Hangs, When::Streamed, again));
    scenes.push((Scene::HangsBeforeWords, When::Early, again));
    scenes.push((Scene::CutBeforeWords, When::Early, again));
    for scene in [Scene::HangsInTheMiddle, Scene::CutInTheMiddle, Scene::EndsInTheMiddle, Scene::DoneInTheMiddle] {
        scenes.push((scene, When::Late, Expected::Broken));
    }
    scenes
}

/// A chain of three: those before `place` have no such model, that at `place` plays the scene, those after it answer.
fn cast(stage: &Stage, name: &str, (scene, place): (Scene, usize)) -> Vec<AiTarget> {
    let of = |target: usize| match target.cmp(&place) {
        std::cmp::Ordering::Less => Scene::Refuses(404),
        std::cmp::Ordering::Equal => scene,
        std::cmp::Ordering::Greater => Scene::Answers,
    };
    (0..3).map(|target| stage.target(&format!("{name}{target}"), of(target))).collect()
}

/// What came of a call: the error, or the words and whether they were all.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Whole,
    Broken,
    Error(AiError),
}

async fn call(models: &Models, targets: &[AiTarget], (when, policy): (When, &AiPolicy)) -> (Came, usize) {
    let chain = chain(targets.to_vec());
    if when == When::Whole {
        return match models.complete(&chain, &request(), policy).await {
            Ok(outcome) => (Came::Whole, outcome.attempts.len()),
            Err(failure) => (Came::Error(failure.error), failure.attempts.len()),
        };
    }
    let mut stream = match models.stream(&chain, &request(), policy).await {
        Ok(stream) => stream,
        Err(failure) => return (Came::Error(failure.error), failure.attempts.len()),
    };
    let (mut words, mut broken) = (String::new(), false);
    while let Some(piece) = stream.next().await {
        assert!(!broken, "nothing comes after the break");
        match piece {
            StreamPiece::Chunk(chunk) => {
                words.extend(chunk.choices.into_iter().filter_map(|choice| choice.delta.content));
            }
            StreamPiece::Broken(_) => broken = true,
        }
    }
    assert_eq!(words, "halo", "the words are one target's");
    assert_eq!(stream.is_whole(), !broken, "an answer that broke off is never called whole");
    (if broken { Came::Broken } else { Came::Whole }, stream.attempts().len())
}

/// Plays a scene at a target, and looks at who was asked and what the caller was told.
async fn play(models: &Models, stage: &Stage, (scene, when, expected): (Scene, When, Expected), place: usize) {
    let cell = format!("{scene:?} {when:?} at {place}");
    let cast_name = format!("{scene:?}-{when:?}-{place}-").replace(['(', ')'], "-");
    let targets = cast(stage, &cast_name, (scene, place));
    let patience = if hangs(scene) { Duration::from_secs(1) } else { Duration::from_mins(1) };
    let (call_timeout, idle_timeout) = if scene == Scene::HangsInTheMiddle {
        (Duration::from_mins(1), patience)
    } else {
        (patience, Duration::from_mins(1))
    };
    let policy = AiPolicy { call_timeout, idle_timeout, ..at_once() };
    let (came, attempts) = call(models, &targets, (when, &policy)).await;

    let name = |target: usize| targets[target].model.clone();
    let mut calls: Vec<String> = (0..place).map(name).collect();
    match expected {
        Expected::Next { calls: own } => {
            calls.extend(std::iter::repeat_n(name(place), own));
            calls.extend((place + 1..3).take(1).map(name));
            assert_eq!(came == Came::Whole, place < 2, "{cell}: {came:?}");
        }
        Expected::Stop => {
            calls.push(name(place));
            let told = matches!(came, Came::Error(AiError::Rejected { .. } | AiError::TooLong { .. }));
            assert!(told, "{cell}: {came:?}");
        }
        Expected::Broken => {
            calls.push(name(place));
            assert_eq!(came, Came::Broken, "{cell}");
        }
    }
    assert_eq!(stage.called(&cast_name), calls, "{cell}");
    assert_eq!(attempts, calls.len(), "{cell}: each call is an attempt, and no other");
}

fn hangs(scene: Scene) -> bool {
    matches!(scene, Scene::Hangs | Scene::HangsBeforeWords | Scene::HangsInTheMiddle)
}

#[tokio::test]
async fn every_failure_at_every_target_does_what_it_must() {
    let (stack, stage) = (Stack::start().await, Stage::open().await);
    let models = Models::new(stack.ctx());
    let mut cells = 0;
    for cell in scenes().into_iter().filter(|(scene, _, _)| !hangs(*scene)) {
        for place in 0..3 {
            play(&models, &stage, cell, place).await;
            cells += 1;
        }
    }
    // 17 statuses in five phases, and four kinds of cuts, at three targets.
    assert_eq!(cells, (17 * 5 + 4) * 3);
}

#[tokio::test]
async fn every_silence_at_every_target_does_what_it_must() {
    let (stack, stage) = (Stack::start().await, Stage::open().await);
    let models = Models::new(stack.ctx());
    let scenes: Vec<_> = scenes().into_iter().filter(|(scene, _, _)| hangs(*scene)).collect();
    let cells = scenes.iter().flat_map(|cell| (0..3).map(|place| play(&models, &stage, *cell, place)));
    // All at once, since each waits.
    let played = futures::future::join_all(cells).await;
    assert_eq!(played.len(), 4 * 3);
}

#[tokio::test]
async fn an_answer_that_is_whole_is_whole() {
    let (stack, stage) = (Stack::start().await, Stage::open().await);
    let models = Models::new(stack.ctx());
    for when in [When::Whole, When::Streamed] {
        let targets = [stage.target("fine", Scene::Answers)];
        assert_eq!(call(&models, &targets, (when, &at_once())).await, (Came::Whole, 1));
        assert_eq!(stage.called("fine").len(), usize::from(when == When::Streamed) + 1);
    }
}
