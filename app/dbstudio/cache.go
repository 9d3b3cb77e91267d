package dbstudio

import (
	"context"
	"sync"
	"time"
)

// schemaLife is how long the schema is taken to be as it was read. Reading it takes a round trip to D1.
const schemaLife = 2 * time.Second

// cache keeps the schema for a moment.
type cache struct {
	mu     sync.Mutex
	read   time.Time
	tables []*table
}

// tables returns the schema as it is now, or was a moment ago. Nobody may change what it returns.
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

// forgetSchema makes the next reader ask the database.
func (s *Studio) forgetSchema() {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.cache.read = time.Time{}
}
