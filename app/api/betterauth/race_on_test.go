//go:build race

package betterauth_test

// withDetector tells of the race detector, which makes everything five times as slow.
const withDetector = true
