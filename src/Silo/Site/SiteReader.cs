using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>Reads the site's database as it is: what this service says of a device is what was last mirrored.</summary>
internal sealed class SiteReader(NpgsqlDataSource source, bool mayMigrate) : IDeviceReader
{
    private volatile bool _isSchemaKnown;

    /// <inheritdoc/>
    public Task<IReadOnlyList<MirroredDevice>> ListDevices(CancellationToken ct) => Query(async connection =>
    {
        await using var command = new NpgsqlCommand(
            "SELECT device, name, service_version, first_seen, last_seen FROM devices ORDER BY device COLLATE \"C\"", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var devices = new List<MirroredDevice>();
        while (await reader.ReadAsync(ct))
        {
            devices.Add(new MirroredDevice(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetDateTime(3), reader.GetDateTime(4)));
        }

        return (IReadOnlyList<MirroredDevice>)devices;
    }, ct);

    /// <inheritdoc/>
    public Task<MirroredValue?> Find(string device, string collectionKey, string key, CancellationToken ct) =>
        Query(async connection =>
        {
            await using var command = new NpgsqlCommand(SiteSchema.FindValue, connection);
            command.Parameters.AddWithValue("device", device);
            command.Parameters.AddWithValue("stored", GrainStorageRows.StoredKeyOf(collectionKey));
            command.Parameters.AddWithValue("key", key);
            command.Parameters.AddWithValue("item", $$"""{"key":"{{JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}}","sequence":""");
            await using var reader = await command.ExecuteReaderAsync(ct);
            return !await reader.ReadAsync(ct) ? null
                : await reader.IsDBNullAsync(0, ct) ? new MirroredValue(null, 0)
                : new MirroredValue(reader.GetString(0), reader.GetInt64(1));
        }, ct);

    private async Task<T> Query<T>(Func<NpgsqlConnection, Task<T>> query, CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            if (!_isSchemaKnown)
            {
                await SiteMigration.Require(connection, mayMigrate, ct);
                _isSchemaKnown = true;
            }

            return await query(connection);
        }
        catch (Exception e) when (e is NpgsqlException or SiteSchemaException or TimeoutException)
        {
            _isSchemaKnown = false;
            throw new RefusedException(new Refusal(RefusalCode.Unavailable, $"the site's database cannot be read now: {DriverFault.TextOf(e)}"));
        }
    }
}
