//go:build !race

package betterauth_test

const withDetector = false
