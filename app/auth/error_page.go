package auth

import (
	"strings"

	"github.com/addreams/addreams/app/whatwg"
)

// ErrorURL is the page that shows why a sign-in failed.
func (s *Service) ErrorURL() string { return s.baseURL + "/api/auth/error" }

// WithError adds an error code to the query of a trusted URL.
func WithError(target, code string) string { return withError(target, code, "") }

// withError adds an error to a page's URL, as the last parameters of its query. It puts them before a fragment; better-auth
// puts them behind it, where no page finds them.
func withError(page, code, description string) string {
	page, fragment, hasFragment := strings.Cut(page, "#")
	separator := "?"
	if strings.Contains(page, "?") {
		separator = "&"
	}
	page += separator + "error=" + whatwg.FormEscape(code)
	if description != "" {
		page += "&error_description=" + whatwg.FormEscape(description)
	}
	if hasFragment {
		page += "#" + fragment
	}
	return page
}

// SafeCode returns an error code that a page may show: UNKNOWN for a text with other characters than codes have.
func SafeCode(code string) string {
	for i := range len(code) {
		if !alphanumericByte(code[i]) && strings.IndexByte("'_-", code[i]) < 0 {
			return "UNKNOWN"
		}
	}
	if code == "" {
		return "UNKNOWN"
	}
	return whatwg.FormEscape(code)
}
