using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace EdgeOrleans.Oracle;

/// <summary>
/// Knows what was sent and what was answered, and says of what is found whether it can be: everything acknowledged is there with its
/// last acknowledged value or a later one that was sent, no deleted key is back, nothing is there that was never sent.
/// </summary>
/// <remarks>
/// It knows no more than a client of the HTTP API does, and judges by intervals alone: a request takes effect at some moment between
/// its begin and its end. So it serves the process that is killed, in both editions, and the simulator, whose own oracle of versions
/// adds what only it can see. Many threads may use it at once.
/// </remarks>
public sealed class WriteOracle
{
    private readonly ConcurrentDictionary<Place, KeyHistory> _keys = [];
    private readonly ConcurrentDictionary<(string Namespace, string Name), CollectionHistory> _collections = [];
    private readonly Moments _moments = new();
    private long _lastSet;

    public IEnumerable<Place> Places => _keys.Keys;

    public IEnumerable<CollectionHistory> Collections => _collections.Values;

    /// <summary>The moment before a read is sent, or a copy begun.</summary>
    public long Now() => _moments.Next();

    /// <summary>To be called before the request is sent.</summary>
    public Sent BeginSet(Place place) => BeginSet(place, Interlocked.Increment(ref _lastSet));

    /// <summary>To be called before a set is sent that has a number of the sender's own, unlike that of any other.</summary>
    public Sent BeginSet(Place place, long id) => Begin(place, SentKind.Set, id);

    /// <inheritdoc cref="BeginSet(Place)"/>
    public Sent BeginDelete(Place place) => Begin(place, SentKind.Delete, 0);

    /// <summary>
    /// To be called when the answer was read, or when there will be none. A delete that found nothing is acknowledged like any other.
    /// </summary>
    public void End(Place place, Sent sent, Answer answer)
    {
        sent.Answer = answer;
        if (answer == Answer.Acknowledged)
        {
            // A reader may have seen it earlier than its sender.
            sent.EndedAt = Math.Min(sent.EndedAt, _moments.Next());
        }

        if (sent.Kind == SentKind.Set)
        {
            CollectionOf(place).SetEnded(sent);
        }
    }

    /// <summary>A delete of collections as a whole.</summary>
    public Sent BeginClear(IEnumerable<(string Namespace, string Name)> collections)
    {
        var clear = new Sent(SentKind.Clear, 0, _moments.Next());
        foreach (var collection in collections)
        {
            CollectionOf(collection).AddClear(clear);
        }

        return clear;
    }

    /// <inheritdoc cref="End"/>
    public void EndClear(Sent clear, Answer answer)
    {
        clear.Answer = answer;
        if (answer == Answer.Acknowledged)
        {
            clear.ReachesUntil = clear.EndedAt = _moments.Next();
        }
    }

    /// <summary>
    /// The process is gone: what has no answer takes effect by now or never, but for the deletes of collections, with which the next
    /// process goes on. Needs no call when everything is settled next.
    /// </summary>
    public void ProcessEnded()
    {
        var now = _moments.Next();
        foreach (var (_, collection) in _collections)
        {
            collection.ProcessEnded(now);
        }

        foreach (var (_, key) in _keys)
        {
            key.ProcessEnded(now);
        }
    }

    /// <summary>A read while others write.</summary>
    /// <param name="place">What was read.</param>
    /// <param name="value">The JSON text found; <see langword="null"/> for none.</param>
    /// <param name="readAt">The moment before it was sent.</param>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public string? Read(Place place, string? value, long readAt) => IdOf(value) is { } id ? Read(place, id, readAt) : Unsent(place, value);

    /// <summary>A read while others write that found the set of a number, or 0 for none.</summary>
    /// <inheritdoc cref="Read(Place, string?, long)"/>
    public string? Read(Place place, long foundId, long readAt) => Explain(place, KeyOf(place).Read(foundId, readAt));

    /// <summary>What a copy of the data holds that was begun at a moment while others wrote. What came later may be in it or not.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public string? Look(Place place, string? value, long begunAt) =>
        IdOf(value) is { } id ? Explain(place, KeyOf(place).Look(id, begunAt)) : Unsent(place, value);

    /// <summary>What a key holds after a restart, before anything is sent.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public string? Settle(Place place, string? value) => IdOf(value) is { } id ? Settle(place, id) : Unsent(place, value);

    /// <summary>What a key holds after a restart, before anything is sent: the set of a number, or 0 for none.</summary>
    /// <inheritdoc cref="Settle(Place, string?)"/>
    public string? Settle(Place place, long foundId) => Explain(place, KeyOf(place).Settle(foundId));

    /// <summary>Of the sets without an answer how many are there, and how many are not, given what was found.</summary>
    public (int Kept, int Dropped) DoubtAbout(Place place, string? value) => KeyOf(place).DoubtAbout(IdOf(value) ?? 0);

    /// <summary>The text of the value that a set sends. Its number text, its length and its order are to come back as they are.</summary>
    public static string ValueOf(long id)
    {
        // Most are short, some are nearly as long as the limit of the tests allows, and none says so but its number.
        var spread = (uint)(id * 2654435761);
        var pad = spread % 3 == 0 ? (int)(spread / 3 % 900) : (int)(spread / 3 % 60);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"op":{{id}},"exact":123456789012345678901.50,"pad":"{{new string('x', pad)}}"}""");
    }

    private Sent Begin(Place place, SentKind kind, long id)
    {
        var sent = new Sent(kind, id, _moments.Next());
        KeyOf(place).Add(sent);
        return sent;
    }

    private KeyHistory KeyOf(Place place) =>
        _keys.GetOrAdd(place, static (place, oracle) => new KeyHistory(oracle.CollectionOf(place), oracle._moments), this);

    private CollectionHistory CollectionOf(Place place) => CollectionOf((place.Namespace, place.Collection));

    private CollectionHistory CollectionOf((string Namespace, string Name) collection) =>
        _collections.GetOrAdd(collection, static key => new CollectionHistory(key.Namespace, key.Name));

    private static string? Explain(Place place, string? fault) => fault is null ? null : $"{place} {fault}";

    private static string Unsent(Place place, string? value) => $"{place} holds a text that was never sent: {value}";

    private static long? IdOf(string? value)
    {
        if (value is null)
        {
            return 0;
        }

        using var json = JsonDocument.Parse(value);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("op", out var op)
            && op.TryGetInt64(out var id) && value == ValueOf(id) ? id : null;
    }
}
