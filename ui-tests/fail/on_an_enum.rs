use resilient_runtime::resilient;

#[resilient(retry = 3)]
enum Api {
    Http,
}

fn main() {}
