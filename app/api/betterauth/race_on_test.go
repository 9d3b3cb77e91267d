//go:build race

package betterauth_test

// withDetector is whether the race detector runs, which makes everything five times as slow.
const withDetector = true
