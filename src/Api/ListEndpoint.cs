using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>GET</c> of a collection: a page of its keys.</summary>
internal sealed class ListEndpoint(TimeProvider clock)
{
    private const int DefaultLimit = 1000;

    /// <summary>Reads <c>limit</c> and <c>offset</c>.</summary>
    public static bool TryReadQuery(in RequestTarget target, out int limit, out int offset, out ApiError? error)
    {
        offset = 0;
        return TryRead(target, "limit", DefaultLimit, 1, NameRules.MaxListLimit, out limit, out error)
            && TryRead(target, "offset", 0, 0, int.MaxValue, out offset, out error);
    }

    public async ValueTask Handle(HttpContext context, CollectionHandle collection, int limit, int offset, bool isStrong)
    {
        var query = new ListQuery { Limit = limit, Offset = offset, IsStrong = isStrong };
        var page = await Moved.Read(() => collection.Grain.List(query), clock, context.RequestAborted);
        using var response = JsonResponse.Begin("Successfully");
        var json = response.Json;
        json.WriteString("namespace"u8, collection.Namespace);
        json.WriteString("collection"u8, collection.Collection);
        json.WriteStartArray("keys"u8);
        foreach (var key in page.Keys)
        {
            json.WriteStringValue(key);
            await response.SendPart(context, StatusCodes.Status200OK);
        }

        json.WriteEndArray();
        json.WriteNumber("total"u8, page.Total);
        json.WriteNumber("limit"u8, limit);
        json.WriteNumber("offset"u8, offset);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    private static bool TryRead(in RequestTarget target, string name, int otherwise, int least, int most, out int number, out ApiError? error)
    {
        error = null;
        number = otherwise;
        if (!target.TryGetQuery(name, out var raw))
        {
            return true;
        }

        if (PercentText.TryDecode(raw, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number >= least && number <= most)
        {
            return true;
        }

        error = new(ErrorKind.InvalidParams, $"{name} must be a whole number from {least} to {most}");
        return false;
    }
}
