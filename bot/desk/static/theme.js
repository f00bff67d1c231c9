// Before anything is drawn: the colours this browser was told to keep, so that no dark page flashes white.
try {
  const theme = localStorage.getItem("desk:theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // A browser that forbids storage follows the system.
}
