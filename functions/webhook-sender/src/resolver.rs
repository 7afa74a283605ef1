//! From a name to the addresses that may be called.
//!
//! A name is resolved once for each connection, every answer is looked at, and what was looked at is what is connected to: no
//! second answer can come between. One answer that is not public refuses them all, so that nobody learns by trial which are.

use std::{error::Error, io, net::SocketAddr, pin::Pin, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use webhooks::address::is_public;

/// Addresses of a name.
pub(crate) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Asks for the addresses of a name.
pub(crate) trait Lookup: Send + Sync {
    /// The addresses, with any port.
    fn addresses(&self, name: &str) -> Found;
}

/// Asks the system's resolver.
pub(crate) struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
    }
}

/// Which answers are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Those of the public internet.
    Public,
    /// All: for the hosts of a local cloud.
    All,
}

/// A name has an address that is not of the public internet.
#[derive(Debug, thiserror::Error)]
#[error("the name has an address that is not of the public internet")]
pub(crate) struct NotPublic;

/// A resolver that gives out checked addresses alone.
#[derive(Clone)]
pub(crate) struct Guard {
    lookup: Arc<dyn Lookup>,
    answers: Answers,
}

impl Guard {
    pub(crate) fn new(lookup: Arc<dyn Lookup>, answers: Answers) -> Self {
        Self { lookup, answers }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, answers) = (self.lookup.addresses(name.as_str()), self.answers);
        Box::pin(async move {
            let found = found.await?;
            let all_public = found.iter().all(|address| is_public(address.ip()));
            if answers == Answers::Public && !all_public {
                return Err(Box::<dyn Error + Send + Sync>::from(NotPublic));
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        collections::VecDeque,
        sync::{Mutex, PoisonError},
    };

    use super::*;

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

    async fn ask(guard: &Guard) -> Result<Vec<String>, bool> {
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
            let strict = Guard::new(Scripted::new(&[answers]), Answers::Public);
            assert_eq!(ask(&strict).await.map(|all| all.len()), if taken { Ok(answers.len()) } else { Err(true) });
            let local = Guard::new(Scripted::new(&[answers]), Answers::All);
            assert_eq!(ask(&local).await.unwrap().len(), answers.len());
        }
    }

    #[tokio::test]
    async fn a_name_that_changes_its_answer_is_refused_at_the_next_connection() {
        let rebinding = Guard::new(Scripted::new(&[&["93.184.215.14"], &["127.0.0.1"]]), Answers::Public);
        assert_eq!(
            ask(&rebinding).await,
            Ok(vec!["93.184.215.14".to_owned()]),
            "what was checked is what is given out"
        );
        assert_eq!(ask(&rebinding).await, Err(true));
    }
}
