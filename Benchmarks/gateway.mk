# Included by the Makefile: the gateway beside HAProxy and nginx.
.PHONY: bench-gateway
bench-gateway:
	swift build -c release --product gateway-bench --scratch-path .build-release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked
	Benchmarks/gateway.sh $(ROUNDS) $(SECONDS) $(CONNECTIONS)
