// What the plate panel of OMERO.web expects of the page around it; there is no tree
// of objects here. A classic script: the panel looks for these as globals.

window.WEBCLIENT = {
  URLS: { static_webgateway: document.currentScript.dataset.static },
};
window.buttonsShowHide = null;
