//! What most tests need around the attribute.

/// A trait `Api` with one method `get`, behind an attribute, and implemented by the [`Double`](crate::double::Double).
#[macro_export]
macro_rules! api {
    ($($attribute:tt)*) => {
        #[resilient_runtime::resilient($($attribute)*)]
        trait Api {
            async fn get(&self) -> Result<u32, $crate::double::Fault>;
        }

        impl Api for $crate::double::Double {
            async fn get(&self) -> Result<u32, $crate::double::Fault> {
                self.answer().await
            }
        }
    };
}

/// The decorator around a double, in a registry of its own whose random choices are repeatable.
#[macro_export]
macro_rules! decorated {
    ($double:expr) => {
        ResilientApi::with_registry(
            $double.clone(),
            &resilient_runtime::Registry::builder().seed(1).build().expect("valid"),
        )
    };
}

/// The books of the method `get`.
#[macro_export]
macro_rules! books {
    ($api:expr) => {
        $api.service().method("get").expect("declared").snapshot()
    };
}
