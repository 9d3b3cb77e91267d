//go:build !race

package api_test

const withDetector = false
