//! What a handler's arguments say of its operation: who may call it, which headers, query and body it takes. What an
//! argument is read from and what the document tells of it stand together, so that neither can be forgotten.
//!
//! Some arguments leave something for later ones. A handler with its arguments in another order does not compile.

use axum::{
    Extension,
    extract::{Path, State},
};
use http::{HeaderMap, Uri};
use utoipa::{
    ToSchema,
    openapi::{
        Ref, RefOr, Required,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// Schemas by their names.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// What an argument leaves for those after it, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u8);

impl Place {
    /// Nothing.
    pub const NOTHING: Self = Self(0);
    /// Whose call it is.
    pub const PRINCIPAL: Self = Self(1);
    /// When the caller proved who they are.
    pub const CALLER: Self = Self(2);
    /// A request that was answered before has ended here.
    pub const REPLAY: Self = Self(4);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is there after one more argument.
    const fn then(self, needs: Self, before: Self, leaves: Self) -> Self {
        assert!(self.0 & needs.0 == needs.0, "the argument needs another one, such as the caller, before it");
        assert!(self.0 & before.0 == 0, "the argument must stand before another one, such as the idempotency key");
        self.and(leaves)
    }
}

/// An argument of a handler.
pub trait Argument {
    /// What must be there before it.
    const NEEDS: Place = Place::NOTHING;
    /// What must not be there before it.
    const BEFORE: Place = Place::NOTHING;
    /// What it leaves.
    const LEAVES: Place = Place::NOTHING;

    /// Says of the operation at a path what follows from the argument.
    fn describe(_operation: &mut Operation, _path: &str) {}

    /// The schemas that the description refers to.
    fn schemas(_schemas: &mut Schemas) {}
}

impl<S> Argument for State<S> {}
impl<T> Argument for Extension<T> {}
/// Texts of a webhook's path, which are described beside it: one that names nothing is refused like any other forgery.
impl<T> Argument for Path<T> {}
impl Argument for HeaderMap {}
impl Argument for Uri {}

/// A function whose arguments describe its operation. `Arguments` are those of the function.
pub trait Handler<Arguments> {
    /// Does not compile unless each argument has before it what it needs.
    const IN_ORDER: ();

    /// Says of the operation what follows from the arguments.
    fn describe(operation: &mut Operation, path: &str);

    /// The schemas that the description refers to.
    fn schemas(schemas: &mut Schemas);
}

macro_rules! handlers {
    ($($name:ident)*) => {
        impl<Function, Answer, $($name: Argument,)*> Handler<($($name,)*)> for Function
        where
            Function: Fn($($name),*) -> Answer,
        {
            const IN_ORDER: () = {
                let there = Place::NOTHING;
                $(let there = there.then($name::NEEDS, $name::BEFORE, $name::LEAVES);)*
                let _ = there;
            };

            fn describe(operation: &mut Operation, path: &str) {
                let _ = (&operation, path);
                $($name::describe(operation, path);)*
            }

            fn schemas(schemas: &mut Schemas) {
                let _ = &schemas;
                $($name::schemas(schemas);)*
            }
        }
    };
}

handlers!();
handlers!(A);
handlers!(A B);
handlers!(A B C);
handlers!(A B C D);
handlers!(A B C D E);
handlers!(A B C D E F);
handlers!(A B C D E F G);

/// Fails where the arguments of a handler are in another order than they need: in a constant, while compiling.
pub const fn in_order<Arguments, Function: Handler<Arguments>>(_: &Function) {
    let () = Function::IN_ORDER;
}

/// The description of a handler's operation, completed by its arguments. Anybody may call what has none that asks who calls.
pub fn described<Arguments, Function: Handler<Arguments>>(
    _: &Function,
    group: &str,
    path: &str,
    mut operation: Operation,
) -> Operation {
    operation.tags = Some(vec![group.to_owned()]);
    // An empty list says that anybody may call; a list with an empty requirement would say that a token is optional.
    operation.security = Some(Vec::new());
    Function::describe(&mut operation, path);
    operation
}

/// The schemas that the arguments of a handler refer to.
pub fn schemas_of<Arguments, Function: Handler<Arguments>>(_: &Function, schemas: &mut Schemas) {
    Function::schemas(schemas);
}

/// A header that is written as text.
pub struct TextHeader {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether it must be sent.
    pub required: Required,
    /// What it looks like.
    pub pattern: &'static str,
    /// How long it is at most, in characters.
    pub max_length: usize,
}

impl TextHeader {
    /// Says that an operation reads it.
    pub fn add_to(self, operation: &mut Operation) {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(self.pattern))
            .max_length(Some(self.max_length));
        let parameter = ParameterBuilder::new()
            .name(self.name)
            .parameter_in(ParameterIn::Header)
            .description(Some(self.description))
            .required(self.required)
            .schema(Some(schema));
        add(operation, parameter);
    }
}

/// Adds a parameter to an operation.
pub(crate) fn add(operation: &mut Operation, parameter: ParameterBuilder) {
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter.build()));
}

/// A type's schema by its name, and those that it refers to.
pub(crate) fn push<T: ToSchema>(schemas: &mut Schemas) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// A reference to a type's schema.
pub(crate) fn reference_to<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

/// What a type's schema says of it.
pub(crate) fn description_of<T: ToSchema>() -> Option<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.description,
        RefOr::T(_) | RefOr::Ref(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, Json, Needs, Optional, Pager, SteppedUp};

    #[derive(Clone, Debug)]
    struct ThingsRead;

    impl Needs for ThingsRead {
        const PERMISSION: &str = "things:read";
        const MEANING: &str = "Read things";
    }

    /// As a handler's arguments are looked at while it is compiled.
    fn order(arguments: &[(Place, Place, Place)]) -> Place {
        let then = |there: Place, (needs, before, leaves): &(Place, Place, Place)| there.then(*needs, *before, *leaves);
        arguments.iter().fold(Place::NOTHING, then)
    }

    fn of<T: Argument>() -> (Place, Place, Place) {
        (T::NEEDS, T::BEFORE, T::LEAVES)
    }

    #[test]
    fn a_caller_comes_first_and_what_must_not_be_replayed_before_the_key() {
        let there = order(&[of::<Caller<ThingsRead>>(), of::<SteppedUp>(), of::<Optional>(), of::<Json<String>>()]);
        assert_eq!(there, Place::PRINCIPAL.and(Place::CALLER).and(Place::REPLAY));
    }

    #[test]
    #[should_panic(expected = "needs another one")]
    fn a_key_before_the_caller_is_no_order() {
        order(&[of::<Optional>(), of::<Caller<ThingsRead>>()]);
    }

    #[test]
    #[should_panic(expected = "needs another one")]
    fn a_page_before_the_caller_is_no_order() {
        order(&[of::<Pager>(), of::<Caller<ThingsRead>>()]);
    }

    #[test]
    #[should_panic(expected = "must stand before")]
    fn a_login_is_asked_for_before_an_answer_is_given_again() {
        order(&[of::<Caller<ThingsRead>>(), of::<Optional>(), of::<SteppedUp>()]);
    }

    #[test]
    fn arguments_say_who_may_call() {
        async fn list_things(_: Caller<ThingsRead>, _: Pager) {}
        async fn get_page() {}
        const { in_order(&list_things) };
        let secured = described(&list_things, "things", "/api/v1/things", Operation::default());
        let expected = serde_json::json!([{ "bearer": ["things:read"] }]);
        assert_eq!(serde_json::to_value(&secured.security).unwrap(), expected);
        assert_eq!(secured.tags, Some(vec!["things".to_owned()]));
        let names: Vec<&str> = crate::openapi::parameters(&secured).map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["limit", "cursor"]);
        let open = described(&get_page, "things", "/", Operation::default());
        assert_eq!(serde_json::to_value(&open.security).unwrap(), serde_json::json!([]));
    }
}
