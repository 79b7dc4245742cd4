use resilient_runtime::resilient;

#[resilient(retry = 3)]
mod api {
    pub fn version() -> u8 {
        1
    }
}

fn main() {}
