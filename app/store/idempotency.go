package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// insertKey writes the key of an order whose generation has been written. It replaces a row that has expired.
const insertKey = `
	INSERT OR REPLACE INTO idempotency_key (
		user_id,
		key,
		digest,
		generation_id,
		request_id,
		expires_at
	)
	SELECT
		user_id,
		?,
		?,
		id,
		?,
		?
	FROM generation
	WHERE id = ?`

const selectKey = `
	SELECT
		k.generation_id,
		k.digest,
		k.answer_status,
		k.answer_header,
		k.answer_body,
		EXISTS (SELECT 1 FROM generation g WHERE g.id = k.generation_id AND g.status IN ('pending', 'running'))
			OR k.expires_at > ? AND NOT EXISTS (SELECT 1 FROM generation g WHERE g.id = k.generation_id) AS running
	FROM idempotency_key k
	WHERE k.user_id = ?
		AND k.key = ?
		AND k.expires_at > ?`

// keyStatements write the key of an order, and then read which generation has it.
func keyStatements(draft studio.PendingGeneration) []d1.Statement {
	expires := draft.At.Add(studio.KeyLife).UnixMilli()
	return []d1.Statement{
		d1.SQL(insertKey, draft.Key.Text, draft.Key.Digest, draft.RequestID, expires, draft.GenerationID),
		keyQuery(draft.UserID, draft.Key, draft.At),
	}
}

// keyQuery reads what a key was used for. For a while after its order, a generation that was deleted counts as running.
func keyQuery(userID string, key studio.Key, now time.Time) d1.Statement {
	return d1.SQL(selectKey, now.Add(studio.KeyLife-studio.DeletedAtWork).UnixMilli(), userID, key.Text, now.UnixMilli())
}

// CheckKey returns *studio.Repeated if the user has used the key before.
func (s *Store) CheckKey(ctx context.Context, userID string, key studio.Key, now time.Time) error {
	answer, err := s.batch(ctx, "check key", keyQuery(userID, key, now))
	if err != nil {
		return err
	}
	return readKey(answer, 0, key)
}

// readKey reads selectKey. It returns *studio.Repeated if the key was used before.
func readKey(answer answer, statement int, key studio.Key) error {
	var earlier studio.Repeated
	var digest string
	var status *int64
	var header, body *string
	found, err := answer.first(statement, &earlier.GenerationID, &digest, &status, &header, &body, &earlier.Running)
	if err != nil || !found {
		return err
	}

	earlier.OtherOrder = digest != key.Digest
	if status != nil && header != nil && body != nil {
		earlier.Running = false
		earlier.Answer = &studio.Answer{Status: int(*status), Body: []byte(*body)}
		if err := safejson.Unmarshal([]byte(*header), &earlier.Answer.Header); err != nil {
			return fmt.Errorf("%s: column answer_header: %w", answer.operation, err)
		}
	}
	return &earlier
}

// updateKeyAnswered keeps the first answer.
const updateKeyAnswered = `
	UPDATE idempotency_key
	SET
		answer_status = ?,
		answer_header = ?,
		answer_body = ?
	WHERE generation_id = ?
		AND answer_status IS NULL`

// answerStatements store the answer to an order with a key; nil is that to an order without one, and there are no statements.
func answerStatements(generationID string, sent *studio.Answer) ([]d1.Statement, error) {
	if sent == nil {
		return nil, nil
	}
	header, err := json.Marshal(sent.Header)
	return []d1.Statement{
		d1.SQL(updateKeyAnswered, sent.Status, string(header), string(sent.Body), generationID),
	}, err
}

const deleteExpiredKeys = `
	DELETE FROM idempotency_key
	WHERE rowid IN (
		SELECT rowid
		FROM idempotency_key
		WHERE expires_at <= ?
		ORDER BY expires_at
		LIMIT ?
	)`
