"use strict";
// Shows the API's description with the vendored Swagger UI; see vendor/README.md.
const place = document.getElementById("docs");
window.SwaggerUIBundle({ url: place.dataset.openapi, domNode: place, deepLinking: true, validatorUrl: null });
