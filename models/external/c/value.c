#include "workload.h"

static uint64_t mix(uint64_t z) {
    z += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t value(uint64_t n, uint64_t i) {
    return mix(n * 0x9e3779b97f4a7c15 + i + 1) % 1000000;
}

uint64_t work(uint64_t seed, uint64_t rounds) {
    uint64_t x = seed | 1;
    for (; rounds > 0; rounds--) {
        x *= 0x9e3779b97f4a7c15;
        x ^= x >> 29;
    }
    return x;
}

void put_sum(struct buf *out, uint64_t sum) {
    char text[17], *at = text + sizeof text;
    do {
        *--at = "0123456789abcdef"[sum & 15];
        sum >>= 4;
    } while (sum > 0);
    *--at = ' ';
    buf_put(out, at, (size_t)(text + sizeof text - at));
}
