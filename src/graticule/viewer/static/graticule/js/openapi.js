// The page of the HTTP interface: Swagger UI on our document.

const place = document.getElementById("openapi");

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Dark where the page around it is: by choice, or as the system. */
function follow() {
  const { theme } = root.dataset;
  root.classList.toggle("dark-mode", theme ? theme === "dark" : dark.matches);
}

dark.addEventListener("change", follow);
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
follow();

function token() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

/** Links within buttons are for nobody: the buttons lead to the same address. */
const noLinksInButtons = ({ React }) => ({
  wrapComponents: {
    DeepLink: () => (props) =>
      React.createElement("span", { className: "nostyle" }, props.text),
  },
});

window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  plugins: [noLinksInButtons],
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = token();
    return request;
  },
});
