using EdgeOrleans.ServiceHarness.Servers;

namespace EdgeOrleans.Site.Tests.Servers;

/// <summary>The site's PostgreSQL.</summary>
public sealed class SiteServer : PostgresServer, IAsyncLifetime;

/// <summary>All that tests share: one server, and so one test at a time, since some of them kill it.</summary>
[CollectionDefinition(Name)]
public sealed class SiteCollection : ICollectionFixture<SiteServer>
{
    public const string Name = "site";
}
