using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>What devices mirrored to the site, read only; there when the service has a site to read at.</summary>
internal sealed class DeviceEndpoints(TimeProvider clock, IDeviceReader? reader = null)
{
    private static readonly ApiError NoSite = new(ErrorKind.NotFound, "this service reads at no site (Site:ServeDevices)");

    /// <summary><c>GET /api/v1/devices</c></summary>
    public async ValueTask List(HttpContext context)
    {
        if (reader is null)
        {
            await RefusalResponse.Send(context, NoSite);
            return;
        }

        var devices = await reader.ListDevices(context.RequestAborted);
        using var response = JsonResponse.Begin("Successfully");
        var json = response.Json;
        json.WriteStartArray("devices"u8);
        foreach (var device in devices)
        {
            json.WriteStartObject();
            json.WriteString("device"u8, device.Id);
            json.WriteString("name"u8, device.Name);
            json.WriteString("version"u8, device.Version);
            json.WriteString("first_seen"u8, device.FirstSeen);
            json.WriteString("last_seen"u8, device.LastSeen);
            json.WriteEndObject();
            await response.SendPart(context, StatusCodes.Status200OK);
        }

        json.WriteEndArray();
        json.WriteNumber("count"u8, devices.Count);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    /// <summary><c>GET /api/v1/devices/{device}/kv/{namespace}/{collection}/{key}</c></summary>
    public async ValueTask Get(HttpContext context, string device, string ns, string collection, string key)
    {
        if (reader is null)
        {
            await RefusalResponse.Send(context, NoSite);
            return;
        }

        var value = await reader.Find(device, CollectionKey.Join(ns, collection), key, context.RequestAborted);
        if (value?.Json is not { } text)
        {
            await RefusalResponse.Send(context, value is null
                ? new(ErrorKind.DeviceNotFound, $"there is no device '{device}'")
                : new(ErrorKind.KeyNotFound, $"there is no key '{key}' in collection '{collection}' of namespace '{ns}' of device '{device}'"));
            return;
        }

        using var response = JsonResponse.Begin("Successfully");
        var json = response.Json;
        json.WriteString("device"u8, device);
        json.WriteString("namespace"u8, ns);
        json.WriteString("collection"u8, collection);
        json.WriteString("key"u8, key);
        json.WritePropertyName("value"u8);
        json.WriteRawValue(text, skipInputValidation: true);
        json.WriteNumber("version"u8, value.Version);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }
}
