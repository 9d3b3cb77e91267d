package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// preferHeader says how long a client waits: respond-async, wait=10 (RFC 7240).
const preferHeader = "Prefer"

// waitOf reads preferHeader.
func waitOf(r *http.Request) studio.Wait {
	var wait studio.Wait
	for _, line := range r.Header.Values(preferHeader) {
		for preference := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(preference), "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "respond-async":
				wait.Async = true
			case "wait":
				seconds, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(value), `"`), 10, 16)
				if err == nil {
					wait.For = time.Duration(seconds) * time.Second
				}
			}
		}
	}

	return wait
}

// runningBody is the answer to an order whose generation goes on.
type runningBody struct {
	Workflow     studio.Workflow  `json:"workflow"`
	Status       studio.Status    `json:"status"`
	RequestID    string           `json:"requestId"`
	GenerationID string           `json:"generationId"`
	Credits      balanceBody      `json:"credits"`
	Warnings     []studio.Warning `json:"warnings,omitempty"`
}

// runningAnswer tells the client where to look for the generation, and when.
func runningAnswer(requestID string, result studio.Result) (studio.Answer, error) {
	header := http.Header{
		"Location":    {historyPath + result.GenerationID},
		"Retry-After": {inSeconds(studio.LookPause)},
	}
	if result.Workflow != studio.VideoFromReference { // for which nobody waits, whatever they prefer
		header["Preference-Applied"] = []string{"respond-async"}
	}
	setWarnings(header, result.Warnings)
	body, err := js.Marshal(runningBody{
		Workflow: result.Workflow, Status: studio.Running, RequestID: requestID, GenerationID: result.GenerationID,
		Credits: balanceBody(result.Balance), Warnings: result.Warnings,
	})
	return studio.Answer{Status: http.StatusAccepted, Header: single(header), Body: body}, err
}

// historyPath is where a generation is, before its ID.
const historyPath = "/api/history/"
