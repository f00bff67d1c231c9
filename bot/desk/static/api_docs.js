"use strict";
// Shows the API's description with the vendored Swagger UI; see vendor/README.md.
const place = document.getElementById("docs");
// Without links in its buttons (nested controls) and without pale colours in its examples: neither can be read out or seen well.
window.SwaggerUIBundle({ url: place.dataset.openapi, domNode: place, validatorUrl: null, syntaxHighlight: false });
