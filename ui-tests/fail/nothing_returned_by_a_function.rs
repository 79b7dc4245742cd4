use resilient_runtime::resilient;

#[resilient(retry = 3)]
async fn ping() {}

fn main() {}
