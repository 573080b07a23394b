"""The attacks by name."""

from collections.abc import Mapping

from bench.attacks import calls, http1, http2
from bench.attacks.attack import Attack, only_compute

ATTACKS: Mapping[str, Attack] = {
    "computing": Attack(
        "for comparison: a program that computes on one processor, without a connection",
        only_compute,
    ),
    "rebinding": Attack("requests with Host and Origin of another name", http1.rebinding),
    "evaluations": Attack(
        "40 Evaluate of 200,000 examples on 2-100000-1, deadline 3 s",
        calls.evaluations,
        calls.prepare_evaluations,
    ),
    "gradient-checks": Attack(
        "40 CheckGradients of 500-800-50",
        calls.gradient_checks,
        calls.prepare_gradient_checks,
    ),
    "heaviest": Attack(
        "8 CheckGradients of 500-800-50", calls.heaviest, calls.prepare_gradient_checks
    ),
    "walks": Attack("20 WalkUpdate of nearly 50,000 lines", calls.walks, calls.prepare_walks),
    "objects": Attack("16 MiB of {} to Predict over HTTP", http1.many_objects),
    "lists": Attack("16 MiB of [] to Predict over HTTP", http1.many_lists),
    "vectors": Attack("8.4 million empty vectors to Predict over gRPC", calls.empty_vectors),
    "deep-json": Attack("deep, chunked and compressed bodies", http1.deep_json),
    "dripping": Attack("100 bodies of 15.5 MiB, dripping, over HTTP", http1.dripping_bodies),
    "held": Attack("40 requests of 15.5 MiB without their end, over gRPC", http2.held_requests),
    "rapid-reset": Attack("HTTP/2 rapid reset on one connection", http2.rapid_reset),
    "pings": Attack("HTTP/2 pings without end", http2.ping_flood),
    "settings": Attack("HTTP/2 settings without end", http2.settings_flood),
    "heads-2": Attack("HTTP/2 header fields without end", http2.endless_heads),
    "heads-1": Attack("HTTP/1.1 header fields without end", http1.endless_heads),
    "half-heads": Attack("2,000 half-open HTTP connections", http1.half_heads),
    "idle": Attack("2,000 idle and 2,000 half-open HTTP/2 connections", http2.idle_connections),
    "silent": Attack("400 silent streams", http2.silent_streams),
    "listing": Attack(
        "ListNetworks with page_size 1000 and full labels", calls.listing, calls.prepare_listing
    ),
    "ids": Attack("ids of 15 MiB with control characters", calls.strange_ids),
}
