package dbstudio

import (
	"context"
	"sync"
	"time"
)

// schemaLife is how long the schema is cached. Reading it takes a round trip to D1.
const schemaLife = 2 * time.Second

// cache keeps the schema for schemaLife.
type cache struct {
	mu     sync.Mutex
	read   time.Time
	tables []*table
}

// tables returns the schema, at most schemaLife old. Callers must not change it.
func (s *Studio) tables(ctx context.Context) ([]*table, error) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	if time.Since(s.cache.read) < schemaLife {
		return s.cache.tables, nil
	}

	tables, err := s.readTables(ctx)
	if err != nil {
		return nil, err
	}
	s.cache.tables, s.cache.read = tables, time.Now()
	return tables, nil
}

// forgetSchema empties the cache, so that the next reader asks the database.
func (s *Studio) forgetSchema() {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.cache.read = time.Time{}
}
