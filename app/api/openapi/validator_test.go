package openapi_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/openapi"
)

// answers validates answers against the document. It is strict: what an answer has must be described.
type answers struct {
	validator.Validator
	requests validator.Validator // not strict: the API ignores what it does not know
}

func newValidator(t *testing.T) answers {
	text, err := openapi.Document()
	require.NoError(t, err)
	document, err := libopenapi.NewDocument(text)
	require.NoError(t, err)
	v, problems := validator.NewValidator(document,
		config.WithFormatAssertions(), config.WithStrictMode(), config.WithStrictIgnoredHeadersExtra(everywhere...),
		config.WithStrictIgnorePaths("$.body.data.**", "$.body.item.input.**", "$.body.item.output.**"), // of others, or as stored
	)
	require.Empty(t, problems)
	requests, problems := validator.NewValidator(document)
	require.Empty(t, problems)
	return answers{v, requests}
}

// checkBody returns what is wrong with the body of a request.
func (a answers) checkBody(request *http.Request) (problems []string) {
	_, found := a.requests.GetRequestBodyValidator().ValidateRequestBody(request)
	for _, problem := range found {
		problems = append(problems, problem.Error())
	}
	return problems
}

// everywhere are headers that the document does not repeat for each answer.
var everywhere = []string{
	"Access-Control-Allow-Credentials", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Cross-Origin-Resource-Policy",
	"Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id", "Cache-Control", "Expires", "Vary",
}

// check reports whether the document has the request's route, and what is wrong with the answer.
func (a answers) check(request *http.Request, response *http.Response) (described bool, problems []string) {
	path := request.URL.Path
	if strings.Contains(path+"/", "//") || request.Method == http.MethodHead && strings.HasPrefix(path, "/api/auth") {
		return false, nil // the validator ignores these slashes, and takes HEAD for GET
	}
	valid, found := a.ValidateHttpResponse(request, response)
	if valid {
		return true, nil
	}

	for _, problem := range found {
		if problem.IsPathMissingError() || problem.IsOperationMissingError() {
			return false, nil
		}
		problems = append(problems, problem.Error())
		for _, cause := range problem.SchemaValidationErrors {
			problems = append(problems, cause.Error())
		}
	}

	return true, problems
}

// answer makes a response.
func answer(status int, header http.Header, body []byte) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(body))}
}
