using System.Net;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>Whose the site's schema is, and what happens when it is not this version's.</summary>
[Collection(SiteCollection.Name)]
public sealed class SchemaTests(SiteServer server) : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Schema_is_made_by_its_command_and_the_device_waits_for_it()
    {
        var site = await SiteDatabase.Create(server);
        var setup = site.Device().With("Site:CreateSchema", "false");
        await using var device = await ServiceProcess.Start(_directory, setup);
        Assert.Equal(HttpStatusCode.Created, await device.Client.Set("c", "k", "1"));
        await device.WaitFor(static sync => sync.GetProperty("last_error").ToString().Contains("run 'edgeorleans site-schema'", StringComparison.Ordinal));

        using var elsewhere = new ServiceDirectory();
        for (var i = 0; i < 2; i++)
        {
            var made = await site.Run(elsewhere, "site-schema", setup);
            Assert.Equal((0, "The site's database has schema version 2."), (made.Code, made.Output.Single()));
        }

        await device.WaitInSync();
        Assert.Equal(["1"], await site.Query("SELECT text FROM entries"));
    }

    [Fact]
    public async Task Newer_schema_is_refused_with_a_clear_line_and_the_device_serves()
    {
        var site = await SiteDatabase.Create(server);
        Assert.Equal(0, (await site.Run(_directory, "site-schema")).Code);
        await site.Query("INSERT INTO schema_version VALUES (3) RETURNING version");
        const string Line = "The site's database has schema version 3, made by a newer version of EdgeOrleans; this one knows versions up to 2.";
        foreach (var verb in new[] { "site-schema", "restore" })
        {
            var refused = await site.Run(_directory, verb);
            Assert.Equal((4, Line), (refused.Code, refused.Errors.Single()));
        }

        using var other = new ServiceDirectory();
        await using var device = await ServiceProcess.Start(other, site.Device());
        Assert.Equal(HttpStatusCode.Created, await device.Client.Set("c", "k", "1"));
        await device.WaitFor(static sync => sync.GetProperty("state").GetString() == "refused");
        Assert.Equal(Line, (await device.Sync()).GetProperty("refused")[0].GetString());
        Assert.Equal(["0"], await site.Query("SELECT count(*) FROM OrleansStorage"));
    }

    [Fact]
    public async Task Schema_of_the_version_before_is_brought_up_to_date_with_all_that_it_holds()
    {
        var site = await SiteDatabase.Create(server);
        await using (var device = await ServiceProcess.Start(_directory, site.Device()))
        {
            Assert.Equal(HttpStatusCode.Created, await device.Client.Set("c", "before", "1"));
            await device.WaitInSync();
        }

        // What version 2 added.
        await site.Query("DROP TABLE clusters, cluster_members; DELETE FROM schema_version WHERE version = 2 RETURNING version");
        await using var later = await ServiceProcess.Start(_directory, site.Device().With("Site:CreateSchema", "false"));
        Assert.Equal(HttpStatusCode.Created, await later.Client.Set("c", "after", "2"));
        await later.WaitFor(static sync => sync.GetProperty("last_error").ToString().Contains("schema version 1, but 2 is needed", StringComparison.Ordinal));

        using var elsewhere = new ServiceDirectory();
        Assert.Equal(0, (await site.Run(elsewhere, "site-schema")).Code);
        await later.WaitInSync();
        Assert.Equal(["1", "2"], await site.Query("SELECT text FROM entries ORDER BY text"));
        Assert.Equal(["0", "0"], await site.Query("SELECT count(*) FROM clusters UNION ALL SELECT count(*) FROM cluster_members"));
    }

    [Fact]
    public async Task Two_services_that_come_first_at_once_make_the_schema_once()
    {
        var site = await SiteDatabase.Create(server);
        using var other = new ServiceDirectory();
        var both = await Task.WhenAll(site.Run(_directory, "site-schema"), site.Run(other, "site-schema"));
        Assert.All(both, static exit => Assert.True(exit.Code == 0, string.Join('\n', exit.Errors)));
        Assert.Equal(["1", "2"], await site.Query("SELECT version FROM schema_version ORDER BY version"));
    }

    [Fact]
    public async Task Wrong_options_end_in_one_line_without_the_password()
    {
        var wrong = await ServiceProcess.RunToExit(_directory, new ServiceSetup().With("Site:ConnectionString", "Hosst=x;Password=secret-word"));
        Assert.Equal(2, wrong.Code);
        Assert.StartsWith("Site:ConnectionString is '(hidden)', but must be ", Assert.Single(wrong.Errors), StringComparison.Ordinal);

        var nowhere = await ServiceProcess.RunToExit(
            _directory, new ServiceSetup().With("Site:ConnectionString", $"Host=127.0.0.1;Port={FreePort.Find()};Database=d;Username=u;Password=secret-word") with { Arguments = ["site-schema"] });
        Assert.Equal(8, nowhere.Code);
        Assert.DoesNotContain("secret-word", Assert.Single(nowhere.Errors), StringComparison.Ordinal);
        Assert.Equal(2, (await ServiceProcess.RunToExit(_directory, new ServiceSetup { Arguments = ["overwrite"] })).Code);
        Assert.Equal(2, (await ServiceProcess.RunToExit(_directory, new ServiceSetup().With("Site:ServeDevices", "true"))).Code);
    }
}
