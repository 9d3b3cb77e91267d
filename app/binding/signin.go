package binding

// SignIn lists the client ID and the client secret of each provider of sign-in. The two belong together, and a stack that has
// them needs AccountTokenKeys.
func SignIn() [][2]string {
	return [][2]string{
		{GoogleClientID, GoogleClientSecret},
		{GitHubClientID, GitHubClientSecret},
	}
}
