use resilient_runtime::resilient;

#[resilient(retry = 3)]
struct Client {
    base_url: String,
}

fn client() -> Client {
    Client { base_url: String::new() }
}

fn main() {}
