//! From a name to the addresses that may be called, with answers as they are scripted.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::dns::Resolve;
use webhooks::guard::{Found, GuardedResolver, Lookup, NotPublic, TakenAddresses};

/// Answers the next list each time, and the last one for ever.
pub(crate) struct Scripted(Mutex<VecDeque<Vec<SocketAddr>>>);

impl Scripted {
    pub(crate) fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |one: &&str| SocketAddr::new(one.parse().unwrap(), 0);
        Arc::new(Self(Mutex::new(answers.iter().map(|all| all.iter().map(parse).collect()).collect())))
    }
}

impl Lookup for Scripted {
    fn addresses(&self, _: &str) -> Found {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(next.unwrap_or_default()) })
    }
}

async fn ask(guard: &GuardedResolver) -> Result<Vec<String>, bool> {
    let answer = guard.resolve("hooks.example.com".parse().unwrap()).await;
    answer.map(|all| all.map(|one| one.ip().to_string()).collect()).map_err(|error| error.is::<NotPublic>())
}

#[tokio::test]
async fn every_answer_must_be_public() {
    for (answers, taken) in [
        (&["93.184.215.14", "2606:2800:21f::1"][..], true),
        (&["93.184.215.14", "10.0.0.1"][..], false),
        (&["127.0.0.1"][..], false),
        (&["169.254.169.254"][..], false),
        (&["::1"][..], false),
        (&["::ffff:127.0.0.1"][..], false),
        (&["fd00:ec2::254"][..], false),
        (&["64:ff9b::a9fe:a9fe"][..], false),
    ] {
        let strict = GuardedResolver::new(Scripted::new(&[answers]), TakenAddresses::Public);
        assert_eq!(ask(&strict).await.map(|all| all.len()), if taken { Ok(answers.len()) } else { Err(true) });
        let local = GuardedResolver::new(Scripted::new(&[answers]), TakenAddresses::All);
        assert_eq!(ask(&local).await.unwrap().len(), answers.len());
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer_is_refused_at_the_next_connection() {
    let rebinding = GuardedResolver::new(Scripted::new(&[&["93.184.215.14"], &["127.0.0.1"]]), TakenAddresses::Public);
    assert_eq!(ask(&rebinding).await, Ok(vec!["93.184.215.14".to_owned()]), "what was checked is what is given out");
    assert_eq!(ask(&rebinding).await, Err(true));
}
