# paylog and its services. `docker build -t paylog:local .`; docker-compose.yml runs it.
#
# The stages stand in the order in which they change: what is installed, what is built, what is copied. Another source
# file builds again, and installs nothing again.

# What runs: shared libraries, a user, no compiler. tests/support/engine puts binaries of the host on top of it.
FROM debian:12-slim AS runtime
RUN apt-get update \
    && apt-get install -y -q --no-install-recommends \
      ca-certificates libcpp-httplib0.11 libcurl4 libfmt9 libjemalloc2 libprometheus-cpp-core1.0 librdkafka1 \
      libsimdjson14 libspdlog1.10 libsqlite3-0 libssl3 libxxhash0 libzstd1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/*
# Numbers, so that a platform can tell that it is not root. Snapshots belong to this user.
RUN groupadd --gid 10001 paylog \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/paylog --shell /usr/sbin/nologin paylog \
    && install -d -o paylog -g paylog -m 0750 /var/lib/paylog
COPY deploy/probe /usr/local/bin/probe
USER 10001:10001
WORKDIR /var/lib/paylog
CMD ["paylog", "--help"]

FROM debian:12-slim AS build
RUN apt-get update \
    && apt-get install -y -q --no-install-recommends \
      build-essential cmake ninja-build pkg-config nlohmann-json3-dev libsqlite3-dev libcli11-dev libssl-dev \
      libxxhash-dev libzstd-dev librdkafka-dev libspdlog-dev prometheus-cpp-dev libcpp-httplib-dev \
      libcurl4-openssl-dev libjemalloc-dev libsimdjson-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY libs libs
COPY services services
# How many compilers at a time; all processors unless given.
ARG JOBS
RUN cmake --preset release -DPAYLOG_TESTS=OFF \
    && cmake --build build/release -j "${JOBS:-$(nproc)}" \
      --target paylog paylog-validator paylog-ledger paylog-notifier \
    && strip build/release/bin/*

FROM runtime
COPY --from=build /src/build/release/bin/ /usr/local/bin/
