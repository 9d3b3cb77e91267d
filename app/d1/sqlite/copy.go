package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// serializer is what the driver's connections can do beyond database/sql.
type serializer interface {
	Serialize() ([]byte, error)
	Deserialize(content []byte) error
}

// Bytes returns the whole database, as the bytes of a file.
func (db *Database) Bytes(ctx context.Context) (content []byte, err error) {
	err = db.raw(ctx, func(conn serializer) error {
		content, err = conn.Serialize()
		return err
	})
	return content, err
}

// OpenCopy opens a database in memory that has what Bytes returned.
func OpenCopy(ctx context.Context, content []byte) (*Database, error) {
	db, err := Open(Memory)
	if err != nil {
		return nil, err
	}
	if err := db.raw(ctx, func(conn serializer) error { return conn.Deserialize(content) }); err != nil {
		return nil, errors.Join(fmt.Errorf("copy SQLite database: %w", err), db.Close())
	}
	return db, nil
}

func (db *Database) raw(ctx context.Context, do func(serializer) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	return conn.Raw(func(inner any) error {
		if able, ok := inner.(serializer); ok {
			return do(able)
		}
		return errors.New("the SQLite driver does not serialize")
	})
}
