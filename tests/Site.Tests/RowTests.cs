using System.Text;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using EdgeOrleans.Silo.Site;
using EdgeOrleans.Site.Tests.Servers;

namespace EdgeOrleans.Site.Tests;

/// <summary>The schema under Orleans' unchanged provider: what the write-behind asks of a storage, PostgreSQL keeps.</summary>
[Collection(SiteCollection.Name)]
public sealed class RowTests(SiteServer server)
{
    private const string Key = "ns/c";

    [Fact]
    public async Task Row_is_written_under_its_ETag_alone_also_where_the_ETag_wraps()
    {
        var site = await SiteDatabase.Create(server);
        await using var source = SiteDataSource.Make(server.ConnectionString(site.Name));
        var rows = await Rows(source);
        Assert.True((await rows.Read(Key, "d1", default)).IsNone);
        var first = await rows.Write(Key, "d1", Bytes("1"), null, default);
        await Assert.ThrowsAsync<RowConflictException>(() => rows.Write(Key, "d1", Bytes("2"), null, default));
        var second = await rows.Write(Key, "d1", Bytes("2"), first, default);
        await Assert.ThrowsAsync<RowConflictException>(() => rows.Write(Key, "d1", Bytes("3"), first, default));
        await Assert.ThrowsAsync<RowConflictException>(() => rows.Write(Key, "d2", Bytes("3"), second, default));

        await site.Query("UPDATE OrleansStorage SET Version = 2147483647 RETURNING Version");
        Assert.Equal("1", await rows.Write(Key, "d1", Bytes("4"), "2147483647", default));
        var row = await rows.Read(Key, "d1", default);
        Assert.Equal(("4", "1"), (Encoding.UTF8.GetString(row.Payload.Span), row.ETag));
    }

    [Fact]
    public async Task First_write_is_made_by_one_of_many()
    {
        var site = await SiteDatabase.Create(server);
        await using var source = SiteDataSource.Make(server.ConnectionString(site.Name));
        var rows = await Rows(source);
        var tries = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await rows.Write(Key, "d1", Bytes($"{i}"), null, default);
                return true;
            }
            catch (RowConflictException)
            {
                return false;
            }
        }));
        Assert.Single(tries, static won => won);
        Assert.Equal(["1"], await site.Query("SELECT count(*) FROM OrleansStorage"));
    }

    /// <summary>The provider takes what stands before a plus sign for a number where it looks like one.</summary>
    [Fact]
    public async Task Collections_whose_names_look_alike_to_the_provider_keep_apart()
    {
        var site = await SiteDatabase.Create(server);
        await using var source = SiteDataSource.Make(server.ConnectionString(site.Name));
        var rows = await Rows(source);
        foreach (var name in new[] { "0a+q/c", "A+q/c", "a+q/c", "%2B/c", "+/c" })
        {
            await rows.Write(name, "d1", Bytes(name), null, default);
        }

        Assert.Equal("A+q/c", Encoding.UTF8.GetString((await rows.Read("A+q/c", "d1", default)).Payload.Span));
        Assert.Equal(["5"], await site.Query("SELECT count(*) FROM OrleansStorage"));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<GrainStorageRows> Rows(Npgsql.NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await SiteMigration.Migrate(connection, default);
        return new GrainStorageRows(await AdoNetProvider.StartPostgres(source, "device", default));
    }
}
