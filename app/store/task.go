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

// insertTask writes a task whose generation waits for it.
const insertTask = `
	INSERT OR IGNORE INTO generation_task (
		generation_id,
		task_id,
		note,
		look_at,
		created_at
	)
	SELECT
		id,
		?,
		?,
		?,
		?
	FROM generation
	WHERE id = ?
		AND status = 'pending'`

const updateGenerationRunning = `
	UPDATE generation
	SET
		status = 'running',
		provider_model = nullif(?, ''),
		updated_at = ?
	WHERE id = ?
		AND status = 'pending'`

const deleteTask = `
	DELETE FROM generation_task
	WHERE generation_id = ?`

// BeginTask writes down the provider's task, and returns the status that the generation has then: Running, "" if it was deleted,
// or how it ended. It may be called again. The answer is that to an order with a Key, and nil without.
func (s *Store) BeginTask(ctx context.Context, job studio.Job, model string, sent *studio.Answer) (studio.Status, error) {
	note, err := json.Marshal(job.Note)
	if err != nil {
		return "", fmt.Errorf("begin task: %w", err)
	}
	statements, err := answerStatements(job.GenerationID, sent)
	if err != nil {
		return "", fmt.Errorf("begin task: %w", err)
	}

	id := job.GenerationID
	answer, err := s.batch(ctx, "begin task", append(statements,
		d1.SQL(insertTask, job.TaskID, string(note), job.LookAt.UnixMilli(), seconds(job.Begun), id),
		d1.SQL(updateGenerationRunning, model, seconds(job.Begun), id),
		d1.SQL(selectStatus, id),
	)...)
	if err != nil {
		return "", err
	}
	var status studio.Status
	_, err = answer.first(answer.last(), (*string)(&status))
	return status, err
}

// taskColumns are what readJob reads.
const taskColumns = `
		task_id,
		note,
		look_at,
		created_at`

const selectTaskOfUser = `
	SELECT` + taskColumns + `
	FROM generation_task
	WHERE generation_id = ?
		AND EXISTS (SELECT 1 FROM generation WHERE id = generation_id AND user_id = ?)`

// claimTask takes the next look at a task if its time has come, or if nobody has looked since the caller did.
const claimTask = `
	UPDATE generation_task
	SET look_at = ?
	WHERE generation_id = ?
		AND (look_at <= ? OR look_at = ?)
	RETURNING` + taskColumns

const selectOutcome = `
	SELECT
		status,
		output_json,
		coalesce(provider_model, '') AS provider_model,
		coalesce(provider_request_id, '') AS provider_request_id,
		coalesce(error_code, '') AS error_code,
		coalesce(error_message, '') AS error_message
	FROM generation
	WHERE id = ?`

// ClaimTask lets one of those who would look at a task do so, and postpones the others until next. It returns nil for the others,
// and what the generation is.
func (s *Store) ClaimTask(ctx context.Context, id string, seen, now, next time.Time) (*studio.Job, studio.Outcome, error) {
	answer, err := s.batch(ctx, "claim task",
		d1.SQL(claimTask, next.UnixMilli(), id, now.UnixMilli(), seen.UnixMilli()),
		d1.SQL(selectOutcome, id),
	)
	if err != nil {
		return nil, studio.Outcome{}, err
	}
	var outcome studio.Outcome
	_, err = answer.first(1, (*string)(&outcome.Status), &outcome.OutputJSON, &outcome.Model, &outcome.ProviderRequestID,
		&outcome.ErrorCode, &outcome.ErrorMessage)
	if err != nil || answer.rows(0) == 0 {
		return nil, outcome, err
	}
	job, err := readJob(answer, 0)

	return job, outcome, err
}

const selectDueTasks = `
	SELECT generation_id
	FROM generation_task
	WHERE look_at <= ?
	ORDER BY look_at
	LIMIT ?`

// DueTasks returns the generations whose tasks anyone may look at.
func (s *Store) DueTasks(ctx context.Context, now time.Time, limit int) ([]string, error) {
	answer, err := s.batch(ctx, "find due tasks", d1.SQL(selectDueTasks, now.UnixMilli(), limit))
	if err != nil {
		return nil, err
	}
	return answer.texts(0)
}

// readJob reads the first row of a statement with taskColumns.
func readJob(answer answer, statement int) (*studio.Job, error) {
	var job studio.Job
	var task, note string
	var lookAt, begun time.Time
	if err := answer.scan(statement, 0, &task, &note, d1.Milliseconds(&lookAt), d1.Seconds(&begun)); err != nil {
		return nil, err
	}
	if err := safejson.Unmarshal([]byte(note), &job.Note); err != nil {
		return nil, fmt.Errorf("%s: column note: %w", answer.operation, err)
	}
	job.TaskID, job.LookAt, job.Begun = task, lookAt, begun
	return &job, nil
}
