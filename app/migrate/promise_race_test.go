//go:build race

package migrate_test

// The race detector makes SQLite fifteen times slower: a few cases show that nothing is shared.
const promisesOnSQLite, promisesOnWorkerd = 100, 20
