"""The HTTP face: the methods of the contract at the paths of their google.api.http annotations."""
