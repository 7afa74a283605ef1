//! Black-box tests over HTTP against a local cloud in this process.

#[cfg(test)]
mod analytics;
#[cfg(test)]
mod answered;
#[cfg(test)]
mod api_keys;
#[cfg(test)]
mod breached_passwords;
#[cfg(test)]
mod cards;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod company;
#[cfg(test)]
mod completeness;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod dunning;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod files;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod goods;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_accounts;
#[cfg(test)]
mod hostile_cases;
#[cfg(test)]
mod hostile_tokens;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod metered_calls;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod neighbours;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod owed;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod quickstart;
#[cfg(test)]
mod records;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod selling;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stored;
#[cfg(test)]
mod tenant_erasure;
#[cfg(test)]
mod trials;
mod unpaid_tenant;
#[cfg(test)]
mod webhooks;
