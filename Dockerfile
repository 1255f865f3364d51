# Passmuster as a container that needs no network, no root and no writable file system:
#
#     docker build -t passmuster .
#     docker run --rm --read-only --network none -v "$PWD/examples:/work:ro" passmuster check supplier-epr

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src ./src
# Policy is compiled in.
COPY rules ./rules
RUN cargo build --release --locked

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/passmuster /usr/local/bin/passmuster
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/passmuster/
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/passmuster"]
CMD ["--help"]
