/* The peak rate of fused multiply-adds of one core, in GFLOP/s, printed.
 *
 * REAL is float or double. Twelve accumulators that do not wait for each other fill the pipelines
 * of every processor so far (latency 4 or 5, two a cycle), and fit its vector registers. The best
 * of many short repeats counts, so that a process that takes the core away does not.
 */
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif

typedef REAL vector __attribute__((vector_size(BYTES)));

enum { ACCUMULATORS = 12, STEPS = 200000, REPEATS = 1000 };

#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define DECLARE(i) vector acc##i = zero + (REAL)i;
#define FMA(i) acc##i = acc##i * factor + term;
#define ADD(i) sum += acc##i;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
    (void)argv;
    const vector zero = {0};
    const vector factor = zero + (REAL)(0.5 * argc); /* not known to the compiler */
    const vector term = zero + (REAL)(0.25 * argc);
    const double flops = 2.0 * ACCUMULATORS * STEPS * (BYTES / sizeof(REAL));
    double best = 1e30;
    vector sum = zero;
    for (int repeat = 0; repeat < REPEATS; ++repeat) {
        EACH(DECLARE)
        const double start = now();
        for (int step = 0; step < STEPS; ++step) {
            EACH(FMA)
        }
        const double seconds = now() - start;
        EACH(ADD)
        if (seconds < best) best = seconds;
    }
    volatile REAL keep = sum[0]; /* so that the sums are made */
    (void)keep;
    printf("%.1f\n", 1e-9 * flops / best);
    return 0;
}
