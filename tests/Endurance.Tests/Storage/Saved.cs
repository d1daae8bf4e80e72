using System.Diagnostics;
using EdgeOrleans.Oracle;
using EdgeOrleans.ServiceHarness;
using Microsoft.Data.Sqlite;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>What any program that speaks SQL sees of the saved data, while the service runs.</summary>
internal static class Saved
{
    /// <summary>All rows of the view <c>entries</c>.</summary>
    public static Dictionary<Place, string> Read(ServiceDirectory directory)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(directory.DataPath, "edgeorleans.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
            DefaultTimeout = 20,
        };
        using var connection = new SqliteConnection(settings.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT namespace, collection, key, value FROM entries";
        using var reader = command.ExecuteReader();
        var entries = new Dictionary<Place, string>();
        while (reader.Read())
        {
            entries.Add(new Place(reader.GetString(0), reader.GetString(1), reader.GetString(2)), reader.GetString(3));
        }

        return entries;
    }

    /// <summary>Waits until a value has been saved.</summary>
    public static async Task Expect(Running service, ServiceDirectory directory, Place place, string value)
    {
        for (var begin = Stopwatch.GetTimestamp(); Read(directory).GetValueOrDefault(place) != value; await Task.Delay(50))
        {
            if (Stopwatch.GetElapsedTime(begin) > TimeSpan.FromSeconds(30))
            {
                Assert.Fail($"{place} is not saved as {value} but as {Read(directory).GetValueOrDefault(place)}\n{await service.Client.Health()}\n{string.Join('\n', service.Process.Output)}");
            }
        }
    }
}
