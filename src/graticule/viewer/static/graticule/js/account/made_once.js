// A new token is shown as the answer of a form: without this, to reload the page
// would send the form again and make another token.

if (document.querySelector(".secret")) {
  history.replaceState(null, "", location.href);
}
