//go:build !race

package migrate_test

const promisesOnSQLite, promisesOnWorkerd = 1500, 100
