//! What a tenant's owner is told of the limits of its plan: each piece of news as a plan refuses what is beyond, and as it bills it.

use kernel::Priority;

use crate::{ValueKind, catalogue::MessageKind};

/// 80 percent of the members in the plan of a tenant are used, and what is beyond is refused.
pub const MEMBER_LIMIT_WARNING: MessageKind =
    kind!("member_limit_warning", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// 80 percent of the members in the plan of a tenant are used, and what is beyond is billed.
pub const MEMBER_LIMIT_WARNING_BILLED: MessageKind = kind!("member_limit_warning_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// All of the members in the plan of a tenant are used, and what is beyond is refused.
pub const MEMBER_LIMIT_REACHED: MessageKind =
    kind!("member_limit_reached", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// All of the members in the plan of a tenant are used, and what is beyond is billed.
pub const MEMBER_LIMIT_REACHED_BILLED: MessageKind = kind!("member_limit_reached_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// 80 percent of the storage in the plan of a tenant is used, and what is beyond is refused.
pub const STORAGE_LIMIT_WARNING: MessageKind = kind!("storage_limit_warning", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// 80 percent of the storage in the plan of a tenant is used, and what is beyond is billed.
pub const STORAGE_LIMIT_WARNING_BILLED: MessageKind = kind!("storage_limit_warning_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// All of the storage in the plan of a tenant is used, and what is beyond is refused.
pub const STORAGE_LIMIT_REACHED: MessageKind = kind!("storage_limit_reached", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// All of the storage in the plan of a tenant is used, and what is beyond is billed.
pub const STORAGE_LIMIT_REACHED_BILLED: MessageKind = kind!("storage_limit_reached_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text);
/// 80 percent of the calls of the API in the plan of a tenant are used, and what is beyond is refused.
pub const CALL_LIMIT_WARNING: MessageKind = kind!("call_limit_warning", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// 80 percent of the calls of the API in the plan of a tenant are used, and what is beyond is billed.
pub const CALL_LIMIT_WARNING_BILLED: MessageKind = kind!("call_limit_warning_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// All of the calls of the API in the plan of a tenant are used, and what is beyond is refused.
pub const CALL_LIMIT_REACHED: MessageKind = kind!("call_limit_reached", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// All of the calls of the API in the plan of a tenant are used, and what is beyond is billed.
pub const CALL_LIMIT_REACHED_BILLED: MessageKind = kind!("call_limit_reached_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// 80 percent of the AI interactions in the plan of a tenant are used, and what is beyond is refused.
pub const AI_LIMIT_WARNING: MessageKind = kind!("ai_limit_warning", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// 80 percent of the AI interactions in the plan of a tenant are used, and what is beyond is billed.
pub const AI_LIMIT_WARNING_BILLED: MessageKind = kind!("ai_limit_warning_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// All of the AI interactions in the plan of a tenant are used, and what is beyond is refused.
pub const AI_LIMIT_REACHED: MessageKind = kind!("ai_limit_reached", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
/// All of the AI interactions in the plan of a tenant are used, and what is beyond is billed.
pub const AI_LIMIT_REACHED_BILLED: MessageKind = kind!("ai_limit_reached_billed", Medium, "name": Text, "sender": Text, "tenant": Text, "percent": Text, "limit": Text, "reset": Date);
