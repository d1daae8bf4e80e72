/* SQLite's extensions that this service has no use for, as entry points that do nothing: full-text search, R*Tree, statistics of pages
   and of statements. Debian's archive keeps each in an object of its own, and what nothing refers to stays out of the binary. */

struct sqlite3;

int sqlite3Fts3Init(struct sqlite3 *db) { (void)db; return 0; }
int sqlite3Fts5Init(struct sqlite3 *db) { (void)db; return 0; }
int sqlite3RtreeInit(struct sqlite3 *db) { (void)db; return 0; }
int sqlite3DbstatRegister(struct sqlite3 *db) { (void)db; return 0; }
int sqlite3StmtVtabInit(struct sqlite3 *db) { (void)db; return 0; }
