// Package reference is the page that shows the description of the API to people. Its viewer is Redoc 2.5.4, from npm: redoc.js is
// bundles/redoc.standalone.js of that package, without the addresses of a logo, which is elsewhere, and of a source map. It serves nothing, and knows of
// the API only the two paths that the page loads.
package reference

import _ "embed" // for the files

// Policy is the page's Content-Security-Policy: it loads nothing from elsewhere. Redoc writes its styles into the page, and searches
// in a worker that it makes itself.
const Policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; " +
	"worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page is the page.
//
//go:embed index.html
var Page []byte

// Viewer is the script of the page.
//
//go:embed redoc.js
var Viewer []byte
