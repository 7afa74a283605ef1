//! EasyPost: rates, labels and tracking of some hundred carriers. Weights are ounces and prices are decimal texts; tracking comes
//! in signed calls. Its documents: <https://docs.easypost.com>.

mod account;
mod calls;
mod client;
mod decimal;
mod label;
mod notification;
mod signature;
mod wire;

pub use account::EasyPostAccount;
pub use calls::EasyPost;
pub use signature::sign;
