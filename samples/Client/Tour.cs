using EdgeOrleans;

/// <summary>What a client can do, once each.</summary>
internal static class Tour
{
    public static async Task Run(KeyValueCollection<Reading> readings)
    {
        var now = DateTimeOffset.UtcNow;
        var version = await readings.Set("kitchen", new Reading(21.5, now));
        var kitchen = await readings.Get("kitchen");
        Console.WriteLine($"set and got: {kitchen!.Value!.Celsius} °C in version {(kitchen.Version == version ? "that was written" : "of another writer")}");

        // Nobody has written it since it was read, or nothing happens.
        var changed = await readings.SetIf("kitchen", new Reading(22, now), KeyCondition.Version(kitchen.Version));
        var late = await readings.SetIf("kitchen", new Reading(23, now), KeyCondition.Version(kitchen.Version));
        Console.WriteLine($"set if unchanged: {changed is not null}, then {late is not null}");

        var batch = readings.NewBatch(isAtomic: true);
        foreach (var room in new[] { "attic", "cellar", "hall" })
        {
            batch.Set(room, new Reading(18, now));
        }

        var results = await readings.Apply(batch);
        Console.WriteLine($"batch: {results.Count(static result => result.Refusal is null)} of {batch.Count}");

        Console.WriteLine($"deleted: {await readings.Delete("attic")}, then {await readings.Delete("attic")}");

        var keys = new List<string>();
        await foreach (var key in readings.List(pageSize: 2))
        {
            keys.Add(key);
        }

        Console.WriteLine($"list: {string.Join(", ", keys)}");
    }
}
